/** The machines that record the cameras between them: how each is, and what moves. */

import { get, type Schemas } from "../api/client";
import { useAsked } from "../api/use";
import { inWords, texts } from "../texts";
import {
  Badge,
  type Column,
  Empty,
  type IconName,
  Note,
  PageHead,
  Panel,
  ProblemNote,
  Skeleton,
  sentence,
  Table,
  type Tone,
  When,
} from "../ui";

type Machine = Schemas["MachineShown"];
type Move = Schemas["MoveShown"];
type Quarantined = Schemas["QuarantinedShown"];
type HeldBack = Schemas["HeldBackShown"];

const EVERY_MS = 3000;
const FULL_LOAD = 1;
/** From here on some of its cameras suffer, at one more all of them. */
const STRAINED = 1;
/** So many names are written out. */
const NAMED = 8;

export default function MachinesPage() {
  const { answer, problem, again } = useAsked((signal) => get("/api/machines", { signal }), "machines", EVERY_MS);
  const head = <PageHead title={texts.machines.title} about={texts.machines.about} />;
  if (!answer) {
    return (
      <>
        {head}
        {problem ? <ProblemNote problem={problem} onAgain={again} /> : <Skeleton lines={5} />}
      </>
    );
  }
  const { machines, moves, quarantined, held_back, version } = answer;
  return (
    <>
      {head}
      <ProblemNote problem={problem} onAgain={again} />
      {answer.away && (
        <Note tone="warn" icon="warn">
          {texts.machines.away}. {sentence(inWords(answer.away_said, answer.away))}
        </Note>
      )}
      {machines.length ? (
        <div className="stack">
          <MachineTable machines={machines} version={version} isOld={answer.away !== null} />
          {held_back.length > 0 && <HeldBackSlots slots={held_back} />}
          <Moves moves={moves} />
          {quarantined.length > 0 && <QuarantinedCameras cameras={quarantined} />}
        </div>
      ) : (
        <Empty icon="machines" title={texts.machines.none}>
          {texts.machines.noneHint}
        </Empty>
      )}
    </>
  );
}

function MachineTable({ machines, version, isOld }: { machines: Machine[]; version: string; isOld: boolean }) {
  const columns: Column<Machine>[] = [
    {
      key: "name",
      title: texts.machines.machine,
      cell: (each) => (
        <div>
          <strong className="nowrap">{each.name}</strong>
          {each.site && <div className="soft small">{each.site}</div>}
        </div>
      ),
    },
    {
      key: "state",
      title: texts.machines.state,
      cell: (each) => <MachineState machine={each} isOld={isOld} />,
    },
    {
      key: "cameras",
      title: texts.machines.cameras,
      isNumber: true,
      cell: (each) => (each.is_there ? <Cameras machine={each} /> : "–"),
    },
    {
      key: "load",
      title: texts.machines.load,
      isNumber: true,
      cell: (each) =>
        each.load > FULL_LOAD && each.is_there ? (
          <Badge tone="warn" icon="warn">
            {texts.ui.percent(each.load)}
          </Badge>
        ) : each.is_there ? (
          texts.ui.percent(each.load)
        ) : (
          "–"
        ),
    },
    {
      key: "version",
      title: texts.machines.version,
      cell: (each) => (
        <div>
          {each.version || "?"}
          {each.lags && (
            <div>
              <Badge tone="warn" icon="warn">
                {texts.machines.lags}
              </Badge>
            </div>
          )}
          {each.version !== version && <div className="soft small">{texts.machines.otherVersion(version)}</div>}
        </div>
      ),
    },
    { key: "since", title: texts.machines.since, cell: (each) => <At at90k={each.since_90k} /> },
  ];
  return (
    <Panel title={texts.machines.count(machines.filter((each) => each.is_there).length)}>
      <Table caption={texts.machines.title} columns={columns} rows={machines} keyOf={(each) => each.name} />
    </Panel>
  );
}

function Cameras({ machine }: { machine: Machine }) {
  return (
    <div>
      {machine.cameras}
      {machine.unwell > 0 && <div className="soft small">{texts.machines.unwell(machine.unwell)}</div>}
    </div>
  );
}

/** null: it says so in words of a version that is not known here. */
function At({ at90k }: { at90k: number | null }) {
  return at90k === null ? "–" : <When at90k={at90k} />;
}

function lookOf(machine: Machine, isOld: boolean): [Tone, IconName, string] {
  if (isOld) return ["calm", "wait", texts.machines.unknown];
  if (!machine.is_there) return ["bad", "nothing", texts.machines.gone];
  if (machine.trouble) return ["warn", "warn", texts.machines.troubled];
  if (isStrained(machine)) return ["warn", "warn", texts.states.strained];
  if (machine.is_drained) return ["calm", "pause", texts.machines.drained];
  if (machine.is_cordoned) return ["calm", "pause", texts.machines.cordoned];
  return ["good", "check", texts.machines.there];
}

function isStrained({ strain }: Machine): boolean {
  return strain !== null && strain >= STRAINED;
}

function MachineState({ machine, isOld }: { machine: Machine; isOld: boolean }) {
  const [tone, icon, word] = lookOf(machine, isOld);
  return (
    <div>
      <Badge tone={tone} icon={icon}>
        {word}
      </Badge>
      {!isOld && machine.is_there && (machine.is_drained || machine.is_cordoned) && (
        <div className="soft small">
          {machine.is_drained ? texts.machines.drainedAbout : texts.machines.cordonedAbout}
        </div>
      )}
      {!isOld && machine.is_there && isStrained(machine) && (
        <div className="small">{texts.machines.suffer((machine.strain ?? 0) - STRAINED)}</div>
      )}
      {machine.is_there && machine.trouble && (
        <div className="small">{sentence(inWords(machine.said, machine.trouble))}</div>
      )}
      {(isOld || !machine.is_there) && (
        <div className="soft small">
          {texts.machines.heard} <At at90k={machine.heard_90k} />
        </div>
      )}
    </div>
  );
}

function QuarantinedCameras({ cameras }: { cameras: Quarantined[] }) {
  return (
    <Panel title={texts.machines.quarantined} about={texts.machines.quarantinedAbout}>
      <ul className="stack">
        {cameras.map((each) => (
          <li key={each.camera}>{texts.machines.ended(each.camera, each.ended)}</li>
        ))}
      </ul>
    </Panel>
  );
}

function HeldBackSlots({ slots }: { slots: HeldBack[] }) {
  return (
    <Panel title={texts.machines.heldBack} about={texts.machines.heldBackAbout}>
      <ul className="stack">
        {slots.map((each) => (
          <li key={each.slot}>
            {texts.machines.lost(each.slot, each.lost)}
            <Names cameras={each.cameras} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Names({ cameras }: { cameras: readonly string[] }) {
  return (
    <div className="soft small">
      {cameras.slice(0, NAMED).join(", ")}
      {cameras.length > NAMED && ` ${texts.machines.andMore(cameras.length - NAMED)}`}
    </div>
  );
}

function Moves({ moves }: { moves: Move[] }) {
  return (
    <Panel title={texts.machines.moves} about={texts.machines.movesAbout}>
      {moves.length ? (
        <ul className="stack">
          {moves.map((each) => (
            <li key={`${each.origin} ${each.to}`}>
              {texts.machines.move(each.cameras.length, each.origin, each.to)}
              <Names cameras={each.cameras} />
            </li>
          ))}
        </ul>
      ) : (
        <p className="soft">{texts.machines.noMoves}</p>
      )}
    </Panel>
  );
}
