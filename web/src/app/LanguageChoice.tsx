/** Which language the page is in: kept with the account, and the page begins again in it. */

import { useState } from "react";
import { patch } from "../api/client";
import { useChange } from "../api/use";
import { chooseLanguage, LANGUAGES, type Language, language, texts } from "../texts";
import { ProblemNote, Segmented } from "../ui";
import { useSession } from "./session";

export const LANGUAGE_CHOICES = (Object.keys(LANGUAGES) as Language[]).map((each) => ({
  value: each,
  label: LANGUAGES[each],
}));

export function LanguageChoice() {
  const { session } = useSession();
  const [chosen, setChosen] = useState(language);
  const { problem, run } = useChange();
  const choose = async (wanted: Language) => {
    setChosen(wanted);
    try {
      if (session?.name) await patch("/api/self/preferences", { body: { language: wanted } });
    } catch (error) {
      setChosen(language);
      throw error;
    }
    chooseLanguage(session?.name ? "account" : "browser", wanted);
  };
  return (
    <>
      <Segmented
        label={texts.settings.language}
        value={chosen}
        choices={LANGUAGE_CHOICES}
        onChange={(wanted) => run(() => choose(wanted))}
      />
      <ProblemNote problem={problem} />
    </>
  );
}
