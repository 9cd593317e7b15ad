/** One line that says what needs attention, and leads there. Nothing where all is well. */

import { hashOf } from "../app/routes";
import { Icon } from "../ui";
import { type Attention, attentionWords } from "./attention";
import "./attention.css";

export function AttentionLine({ attention, className }: { attention: Attention | null; className: string }) {
  const words = attentionWords(attention);
  if (!attention || !words) return null;
  const tone = attention.cameras > 0 || attention.alarms > 0 ? "bad" : "calm";
  return (
    <a className={`attention ${tone} ${className}`} href={hashOf(["health"])}>
      <Icon name={tone === "bad" ? "warn" : "wait"} size={18} />
      <span>{words}</span>
      <Icon name="next" size={18} />
    </a>
  );
}
