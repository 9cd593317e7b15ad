/** Puts a log-in into an address. */

/** rtsp://host/x, kim, p@ss → rtsp://kim:p%40ss@host/x */
export function withLogin(address: string, user: string, password: string): string {
  if (!user && !password) return address;
  return address.replace(/^(\w+:\/\/)/, `$1${escaped(user)}:${escaped(password)}@`);
}

/** encodeURIComponent leaves some signs that not every camera's parser takes. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
