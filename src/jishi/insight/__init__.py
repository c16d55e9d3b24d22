"""What the platform learns from what people do. Nothing here decides money, stock or rights."""
