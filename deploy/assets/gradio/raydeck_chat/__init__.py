"""The chat page: prompts to the Serve service, streamed answers, and who answered them."""
