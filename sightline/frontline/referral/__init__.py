"""A contact about a child: the smallest process on the trust plane, from open to closed."""
