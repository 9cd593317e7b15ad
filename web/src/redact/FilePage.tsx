/** One file: how far it is, then what was made of it, to be looked through, corrected, downloaded, discarded. */

import { useEffect, useState } from "react";
import { get, Problem, put, remove } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { draftOf, dropDraft, useDraft } from "../app/drafts";
import { goTo, hashOf } from "../app/routes";
import { inWords, language, texts } from "../texts";
import { Button, Dialog, Empty, Icon, PageHead, Panel, ProblemNote, Progress, Skeleton, useToast } from "../ui";
import { areSame, type Box, boxesOf, correctionsOf, endsBeforeItBegins } from "./box";
import type { Redaction } from "./RedactPage";
import { Result } from "./Result";
import { Soon, useSoon } from "./Soon";
import { timeOfDay } from "./words";

const AT_WORK_MS = 500;
/** So often the file is asked for while somebody works on it, which keeps it. */
const TOUCH_EVERY_MS = 10_000;
const words = texts.redact;
const draftOfFile = (id: string) => `redact ${id}`;
const isAtWork = (file: Redaction | undefined) => file?.state === "queued" || file?.state === "running";

export function FilePage({ id }: { id: string }) {
  const [file, setFile] = useState<Redaction>();
  const [boxes, setBoxes] = useState<Box[] | null>(() => draftOf<Box[]>(draftOfFile(id)) ?? null);
  const isWaiting = file === undefined || isAtWork(file);
  // When it is done it is asked for only while somebody works on it: each request keeps the file in memory for longer.
  const asked = useAsked(
    (signal) => get("/api/redactions/{id}", { path: { id }, signal }),
    isWaiting ? "at work" : "done",
    isWaiting ? AT_WORK_MS : undefined,
  );
  const change = useChange();

  useEffect(() => {
    if (!asked.answer) return;
    setFile(asked.answer);
    const { corrections } = asked.answer;
    setBoxes((before) => before ?? boxesOf(corrections));
  }, [asked.answer]);

  const problem = change.problem ?? asked.problem;
  const isGone = problem?.status === 404;
  const isVideo = file?.kind === "video";
  const isDirty = Boolean(file && boxes && !areSame(toSaved(boxes, isVideo), boxesOf(file.corrections)));
  useDraft(draftOfFile(id), isGone ? null : file && boxes && (isDirty ? boxes : null));
  useTouch(asked.again, !isWaiting && !isGone);
  const isWrong = boxes?.some(endsBeforeItBegins) ?? false;
  const render = (mode: "reveal" | "cover" | null = null) =>
    change.run(async () => {
      setFile(
        await put("/api/redactions/{id}/corrections", {
          path: { id },
          body: { add: correctionsOf(boxes ?? [], isVideo), mode },
        }),
      );
    });
  const soon = useSoon(boxes, isDirty, isDirty && !isWrong && !isWaiting && !change.busy, render);

  if (isGone) return <Gone />;
  if (!file || !boxes) {
    return problem ? <ProblemNote problem={problem} onAgain={asked.again} /> : <Skeleton lines={6} />;
  }
  return (
    <>
      <Head file={file} isDirty={isDirty} isWrong={isWrong} busy={change.busy} onRender={() => render()} />
      <div className="stack">
        <ProblemNote problem={problem} />
        {file.state === "failed" && <Failed file={file} onRetry={() => render()} />}
        {isAtWork(file) && !file.has_output && (
          <Panel>
            <Stage file={file} />
          </Panel>
        )}
        {file.has_output && (
          <Result
            file={file}
            boxes={boxes}
            onBoxes={setBoxes}
            isDirty={isDirty}
            atWork={isAtWork(file) && <Stage file={file} />}
            onMode={render}
            soon={soon.isWanted && <Soon isAfterwards={isAtWork(file)} onNow={() => render()} onNot={soon.cancel} />}
            onCovered={soon.want}
          />
        )}
      </div>
    </>
  );
}

/** Asks now and then while somebody uses mouse, finger or keys; a page that is only open keeps no file. */
function useTouch(ask: () => void, isWanted: boolean): void {
  useEffect(() => {
    if (!isWanted) return;
    let askedMs = performance.now();
    const touch = () => {
      if (performance.now() - askedMs < TOUCH_EVERY_MS) return;
      askedMs = performance.now();
      ask();
    };
    const over = new AbortController();
    for (const each of ["pointerdown", "keydown"]) document.addEventListener(each, touch, { signal: over.signal });
    return () => over.abort();
  }, [ask, isWanted]);
}

/** As the API will tell them: a still has no times. */
function toSaved(boxes: Box[], isVideo: boolean): Box[] {
  return isVideo ? boxes : boxes.map((box) => ({ ...box, fromS: 0, toS: null }));
}

type HeadProps = { file: Redaction; isDirty: boolean; isWrong: boolean; busy: boolean; onRender: () => void };

function Head({ file, isDirty, isWrong, busy, onRender }: HeadProps) {
  const [isAsking, setIsAsking] = useState(false);
  const path = { id: file.id };
  const isReady = file.is_current && !isDirty && file.state === "done";
  const address = `api/redactions/${path.id}`;
  return (
    <>
      <p className="small">
        <a href={hashOf(["redact"])} className="redact-back">
          <Icon name="back" size={16} />
          {words.back}
        </a>
      </p>
      <PageHead
        title={file.name}
        about={words.forgottenAt(timeOfDay(file.expires_at_90k))}
        actions={
          <>
            <Button kind="danger" icon="trash" onClick={() => setIsAsking(true)}>
              {words.discard}
            </Button>
            {file.has_output && (
              <a
                className="button"
                href={`${address}/report.html?language=${language}`}
                target="_blank"
                rel="noreferrer"
              >
                {words.report}
              </a>
            )}
            {isDirty && file.has_output && (
              <Button kind="primary" icon="refresh" busy={busy || isAtWork(file)} disabled={isWrong} onClick={onRender}>
                {words.again}
              </Button>
            )}
            {isReady && (
              <a className="button primary" href={`${address}/output?download=true`} download>
                <Icon name="download" size={18} />
                {words.download}
              </a>
            )}
          </>
        }
      />
      {isAsking && <DiscardDialog id={file.id} onClose={() => setIsAsking(false)} />}
    </>
  );
}

function DiscardDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const toast = useToast();
  const { busy, problem, run } = useChange();
  const discard = () =>
    run(async () => {
      try {
        await remove("/api/redactions/{id}", { path: { id } });
      } catch (error) {
        if (!(error instanceof Problem && error.status === 404)) throw error; // gone already
      }
      dropDraft(draftOfFile(id));
      toast(words.discarded);
      goTo(hashOf(["redact"]));
    });
  return (
    <Dialog
      title={words.discardTitle}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{texts.ui.cancel}</Button>
          <Button kind="danger" icon="trash" busy={busy} onClick={discard}>
            {words.discard}
          </Button>
        </>
      }
    >
      <p>{words.discardAbout}</p>
      <ProblemNote problem={problem} />
    </Dialog>
  );
}

function Failed({ file, onRetry }: { file: Redaction; onRetry: () => void }) {
  return (
    <Panel title={words.failed}>
      <ProblemNote
        problem={new Problem(0, inWords(file.said, file.reason ?? ""), file.hint && inWords(file.hint_said, file.hint))}
        onAgain={onRetry}
      />
    </Panel>
  );
}

function Stage({ file }: { file: Redaction }) {
  // A still is looked at in one go.
  const atWork = file.kind === "still" ? "still" : (file.stage ?? "starting");
  const says = words.stages[file.state === "queued" ? "queued" : atWork];
  return (
    <div className="redact-stage" aria-live="polite">
      <strong>{says}</strong>
      <Progress label={says} share={file.progress} />
      {file.has_output && <span className="soft small">{words.notCurrent}</span>}
    </div>
  );
}

function Gone() {
  return (
    <Empty
      isPage
      icon="nothing"
      title={words.gone}
      action={
        <a className="button primary" href={hashOf(["redact"])}>
          {words.back}
        </a>
      }
    >
      {words.goneHint}
    </Empty>
  );
}
