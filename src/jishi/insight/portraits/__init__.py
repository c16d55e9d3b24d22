"""Who people are by what they do: portraits, segments, stages of the customer's life."""
