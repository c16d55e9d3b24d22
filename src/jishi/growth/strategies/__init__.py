"""What is done for the people of a segment, a stage of life or a class of buyers, and what came of it."""
