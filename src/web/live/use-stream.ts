import { useEffect, useMemo } from 'preact/hooks';
import { api } from '../session/session.ts';
import { createStream, type Stream } from './stream.ts';

/** The stream for as long as a component is shown. */
export function useStream(): Stream {
  const stream = useMemo(() => createStream(() => api('POST /api/ws-ticket')), []);
  useEffect(() => {
    stream.start();
    return stream.stop;
  }, [stream]);
  return stream;
}
