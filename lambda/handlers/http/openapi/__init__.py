"""The OpenAPI document and the schemas of its responses."""
