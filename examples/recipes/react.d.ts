/** As much of React's types as one recipe needs: React itself is no dependency. */
declare module 'react' {
  export function useState<T>(initial: T): [T, (next: T) => void];
  export function useCallback<T>(callback: T, deps: readonly unknown[]): T;
}
