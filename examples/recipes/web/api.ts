// web/api.ts
/** Calls your API as the user who is signed in. What it throws has the `statusCode`, `code` and `message` of the answer. */
export const apiAt =
  (origin: string, token: () => string) =>
  async <T>(method: string, path: string, body: object): Promise<T> => {
    const headers = { authorization: `Bearer ${token()}`, 'content-type': 'application/json' };
    const response = await fetch(origin + path, { method, headers, body: JSON.stringify(body) });
    const answer = (await response.json()) as { message?: string };
    if (!response.ok) throw Object.assign(new Error(answer.message), answer);
    return answer as T;
  };

export type Api = ReturnType<typeof apiAt>;
