/** Who is told of what, and when: the routes of the file and those of the page, in short. */

import { useState } from "react";
import { useMay } from "../app/session";
import { entryInWords } from "../rules/schedule";
import { texts } from "../texts";
import { Badge, Button, type Column, Note, Panel, Table } from "../ui";
import { RouteDialog } from "./RouteDialog";
import type { Route } from "./route";

const words = texts.settings.routeForm;

type PanelProps = { routes: readonly Route[]; channels: readonly string[]; onChanged: () => void };

export function RoutesPanel({ routes, channels, onChanged }: PanelProps) {
  const mayChange = useMay()("settings:change");
  /** null: a new one; undefined: none is open. */
  const [open, setOpen] = useState<Route | null | undefined>(undefined);
  const named = new Set(routes.flatMap(({ route }) => [...route.channels, ...(route.escalate_to ?? [])]));
  const unrouted = channels.filter((each) => !named.has(each));
  const columns: Column<Route>[] = [
    {
      key: "to",
      title: words.channels,
      cell: ({ route, id, unknown }) => (
        <div className="stack-tight">
          <strong>{route.channels.join(", ")}</strong>
          {id === null && <InFile />}
          {unknown && (
            <Badge tone="warn" icon="warn">
              {words.unknown(unknown)}
            </Badge>
          )}
        </div>
      ),
    },
    { key: "what", title: words.what, cell: ({ route }) => <Lines lines={whatOf(route)} /> },
    { key: "when", title: texts.rules.when.label, cell: ({ route }) => <Lines lines={whenOf(route)} /> },
  ];
  if (mayChange) {
    columns.push({
      key: "change",
      title: "",
      cell: (each) =>
        each.id !== null && (
          <Button aria-label={words.changeThis(each.route.channels.join(", "))} onClick={() => setOpen(each)}>
            {texts.ui.change}
          </Button>
        ),
    });
  }
  return (
    <Panel
      title={words.title}
      about={words.about}
      actions={
        mayChange &&
        channels.length > 0 && (
          <Button icon="plus" onClick={() => setOpen(null)}>
            {words.add}
          </Button>
        )
      }
    >
      {routes.length === 0 ? (
        <p className="soft">{channels.length > 0 ? words.none : words.noChannels}</p>
      ) : (
        <div className="stack">
          <Table
            caption={words.title}
            columns={columns}
            rows={routes}
            keyOf={(each) => String(each.id ?? `file ${routes.indexOf(each)}`)}
          />
          {unrouted.length > 0 && (
            <Note tone="warn" icon="warn">
              {words.unrouted(unrouted.join(", "))}
            </Note>
          )}
        </div>
      )}
      {open !== undefined && (
        <RouteDialog
          route={open}
          isFirst={routes.length === 0}
          channels={channels}
          onClose={() => setOpen(undefined)}
          onChanged={onChanged}
        />
      )}
    </Panel>
  );
}

export function InFile() {
  return (
    <Badge tone="calm" icon="edit">
      {texts.settings.changed}
    </Badge>
  );
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ul className="plain-list">
      {lines.map((each) => (
        <li key={each}>{each}</li>
      ))}
    </ul>
  );
}

function whatOf(route: Route["route"]): string[] {
  return [
    words.from[route.severity ?? "info"],
    ...(route.cameras?.length ? [words.ofCameras(route.cameras.join(", "))] : []),
    ...(route.groups?.length ? [words.ofGroups(route.groups.join(", "))] : []),
    ...(route.rules?.length ? [words.ofRules(route.rules.join(", "))] : []),
  ];
}

function whenOf(route: Route["route"]): string[] {
  return [
    route.when?.length ? route.when.map(entryInWords).join("; ") : texts.rules.when.always,
    ...(route.quiet?.length ? [words.quietAt(route.quiet.map(entryInWords).join("; "))] : []),
    ...(route.escalate_after_s != null
      ? [words.escalates(route.escalate_after_s / 60, (route.escalate_to ?? []).join(", "))]
      : []),
  ];
}
