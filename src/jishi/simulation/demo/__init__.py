"""A living demo world, built through the operations that people use; marked as demo, removable as a whole."""
