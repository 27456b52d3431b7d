"""Networks and front ends that a recipe can name."""
