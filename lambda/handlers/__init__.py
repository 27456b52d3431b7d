"""Entry points of the Lambda functions and of the local server."""
