"""What is mounted on a page: live and growing figures, the story, a person's file."""
