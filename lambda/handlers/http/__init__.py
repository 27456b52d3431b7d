"""The HTTP interface: routes, request parsing, problem documents, OpenAPI document, web page."""
