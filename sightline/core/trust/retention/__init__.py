"""How long records about people are kept, legal holds, and disposal, which takes two people."""
