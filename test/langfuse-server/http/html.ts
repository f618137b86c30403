/** What stands in front of a Langfuse answers in HTML, and so does its web framework for unknown paths. */
export const notFoundPage =
  '<!DOCTYPE html><html lang="en"><head><meta charSet="utf-8"/><meta name="robots" content="noindex"/><title>404: This page could not be found.</title></head><body><h1 class="next-error-h1">404</h1><h2>This page could not be found.</h2></body></html>';

export const badGateway =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';

export const timeoutPage =
  '<!DOCTYPE html><html lang="en-US"><head><title>cloud.langfuse.com | 524: A timeout occurred</title></head><body><h1>A timeout occurred</h1><p>Error code 524</p></body></html>';
