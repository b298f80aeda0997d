"""The front line: a process for each thing that is done for an identified child or adult."""
