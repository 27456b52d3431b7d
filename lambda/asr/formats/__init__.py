"""Output formats: JSON, text, SRT, WebVTT, OpenAI, Amazon Transcribe."""
