"""The Serve application of deploy/assets: a chat model behind GET /infer and the OpenAI API."""
