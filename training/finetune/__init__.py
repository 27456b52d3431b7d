"""Fine-tuning of a bundle on a user's own clips, in one command."""
