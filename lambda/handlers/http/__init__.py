"""The HTTP interface: routes, request parsing, problem documents, the page."""
