/** An answer other than 200, thrown by handlers. The body is sent as it is. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(`HTTP ${status}`);
    this.status = status;
    this.body = body;
  }
}

export function invalidRequest(message: string): ApiError {
  return new ApiError(400, { message, error: 'InvalidRequestError' });
}

export function notFound(message: string): ApiError {
  return new ApiError(404, { message, error: 'LangfuseNotFoundError' });
}
