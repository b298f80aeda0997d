"""The clocks as data, by part of the work. `sightline.clocks.registry` joins them."""
