package odata

// ErrorResponse writes an error that the caller found, in the format that the request negotiates for errors.
func ErrorResponse(req Request, e *Error) Response { return answerError(req, e) }
