/** Who is signed in, for the whole page. */

import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { type Action, get, onSignedOut, Problem, remove, type Schemas, setCsrfToken } from "../api/client";
import { rememberLanguages } from "../texts";
import { draftsAreOf, dropDrafts } from "./drafts";

export type Session = Schemas["SessionState"];

type Known = {
  /** null: not known yet. */
  session: Session | null;
  problem: Problem | null;
  /** After signing in, as the API answered. */
  enter: (session: Session) => void;
  signOut: () => Promise<void>;
  askAgain: () => Promise<void>;
};

const Context = createContext<Known | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<Session | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const enter = useCallback((session: Session) => {
    setCsrfToken(session.csrf_token ?? null);
    draftsAreOf(session.name);
    rememberLanguages(session.language ?? null, session.usual_language);
    setSession(session);
  }, []);

  const askAgain = useCallback(async () => {
    setProblem(null);
    try {
      enter(await get("/api/session"));
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, String(error)));
    }
  }, [enter]);

  const signOut = useCallback(async () => {
    await remove("/api/session");
    dropDrafts();
    await askAgain();
  }, [askAgain]);

  useEffect(() => {
    onSignedOut(askAgain);
    askAgain();
  }, [askAgain]);

  const known = useMemo(
    () => ({ session, problem, enter, signOut, askAgain }),
    [session, problem, enter, signOut, askAgain],
  );
  return <Context value={known}>{children}</Context>;
}

export function useSession(): Known {
  const known = useContext(Context);
  if (!known) throw new Error("useSession is for what is within SessionProvider");
  return known;
}

/** Whether who is signed in may do this on some camera. It decides only what is shown: the API asks again. */
export function useMay(): (action: Action) => boolean {
  const { session } = useSession();
  return (action) => session?.may?.includes(action) ?? false;
}
