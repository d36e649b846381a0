// web/use-upload.ts
import { useCallback, useState } from 'react';
import type { Api } from './api.js';
import { upload, type StoredFile } from './upload.js';

type State = { phase: 'idle' | 'sending' } | { phase: 'stored'; file: StoredFile } | { phase: 'refused'; why: string };

/** In a component: `const { state, send } = useUpload(api, '/forms/201/fields/7')`, and `send(input.files[0])`. */
export function useUpload(api: Api, folder: string) {
  const [state, setState] = useState<State>({ phase: 'idle' });
  const send = useCallback(
    async (file: File) => {
      setState({ phase: 'sending' });
      // The message of a refusal is meant for people: what was found, what was expected, what helps.
      const next = await upload(api, folder, file).then(
        (stored): State => ({ phase: 'stored', file: stored }),
        (error: Error): State => ({ phase: 'refused', why: error.message }),
      );
      setState(next);
    },
    [api, folder],
  );
  return { state, send };
}
