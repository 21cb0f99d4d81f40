/** A session of the browser: keys in, screens out, and between them what the keys ask for. */

import { type Database, driverError } from "../../db/open.ts";
import { requireSchema } from "../../db/schema-state.ts";
import { completeCommands } from "../../domain/command.ts";
import { ClassbookError } from "../../domain/error.ts";
import { SIGNAL_EXIT } from "../exit.ts";
import { paintFor } from "../io.ts";
import type { Shell } from "../shell.ts";
import { type Heard, openScreen, type Screen, sizeNow } from "../terminal.ts";
import { answer } from "./answer.ts";
import { sumUp, type Tally } from "./changed.ts";
import { draw } from "./draw.ts";
import { within } from "./full.ts";
import { countList, type Reading, readView } from "./reading.ts";
import { isReplaced, rememberFile, schemaChange } from "./sameness.ts";
import { changed, kept, paste, reread, resized, step } from "./state.ts";
import { filtered, toLast } from "./step-list.ts";
import { type Asking, type Effect, popped, type Stepped } from "./stepped.ts";
import { isUnread, type Setting, type State, top, type View, withTop } from "./views.ts";

/**
 * Browses until somebody leaves; what was done is said then.
 *
 * @param start the first screen, read already
 * @throws ClassbookError as the first screen's read
 */
export async function browse(here: Shell, start: (reading: Reading) => Promise<View>): Promise<void> {
  const session: { screen: Screen | null; done: Tally[] } = { screen: null, done: [] };
  let interrupted = false;
  try {
    for (let going: State | null = null; ; ) {
      const ended: Ended = await here.read(async (database, actor) => {
        await requireSchema(database);
        rememberFile(database);
        const reading = { here, database, actor };
        const begun = going === null ? beginning(await start(reading)) : reread(going);
        session.screen ??= openScreen(here.stopping);
        return converse({ reading, screen: session.screen, done: session.done }, begun);
      });
      interrupted = ended === "interrupted";
      if (typeof ended === "string") break;
      going = ended;
    }
  } finally {
    session.screen?.close();
    if (session.screen !== null) tell(here, session.done, interrupted);
  }
  if (interrupted) here.exit(SIGNAL_EXIT.SIGINT);
}

/** How it ended; a state: it goes on with that on another file, which stands at the database's path by now. */
type Ended = "left" | "interrupted" | State;

function beginning(first: View): Stepped {
  return { state: { views: [first], size: sizeNow(), message: null, help: null }, effect: null };
}

function tell(here: Shell, done: readonly Tally[], interrupted: boolean): void {
  const sum = sumUp(done);
  const start = interrupted ? "Interrupted: " : "";
  if (sum !== "") here.say(`${start}${sum}.${here.dryRun ? " Nothing was written." : ""}`);
  else if (interrupted) here.say(`${start}nothing was changed.`);
}

interface Session {
  reading: Reading;
  screen: Screen;
  done: Tally[];
}

async function converse(session: Session, begun: Stepped): Promise<Ended> {
  const { reading, screen } = session;
  const { here, database } = reading;
  const setting: Setting = {
    paint: paintFor({ colour: here.io.colour }),
    place: database.address,
    zone: here.zone,
    command: here.command,
  };
  for (let next = begun; ; ) {
    while (next.effect !== null) {
      if (next.effect.do === "leave") return next.effect.interrupted ? "interrupted" : "left";
      if (isReplaced(database)) return { ...next.state, message: replacedMessage(database) };
      next = await carryOut(session, next.state, next.effect);
    }
    let state = within(next.state, setting);
    const show = () => {
      if (!screen.hasMore()) screen.draw(draw(state, setting));
    };
    show();
    if (!screen.hasMore()) state = await counted(reading, state);
    show();
    const heard = await screen.next();
    if (heard === "stopped") return "interrupted";
    if (heard === "ended") return "left";
    next = stepOn(state, heard);
  }
}

function replacedMessage({ address }: Database): State["message"] {
  return {
    text: `Another file stands at ${address} now: it was read anew. Nothing was changed.`,
    isBad: true,
  };
}

function stepOn(state: State, heard: Exclude<Heard, string>): Stepped {
  if ("size" in heard) return resized(state, heard.size);
  return "pasted" in heard ? paste(state, heard.pasted) : step(state, heard.press);
}

/** Whether it would change rows; else it changes what is seen of them. */
function isAboutRows({ what }: Asking): boolean {
  return what !== "filter" && what !== "order";
}

/** After a question that nobody answered. */
function left(state: State, asked: Asking): State {
  return !isAboutRows(asked) ? state : { ...state, message: { text: "Nothing was changed.", isBad: false } };
}

/** What is wrong, as the line at the bottom says it. @throws what is no error for people */
async function messageOf({ here, database }: Reading, error: unknown): Promise<State["message"]> {
  const known = await driverError(error, database);
  if (!(known instanceof ClassbookError)) throw (await schemaChange(database)) ?? known;
  const hint = known.hint === null ? "" : `\n${completeCommands(known.hint, here.givenAddress)}`;
  return { text: `${known.message}${hint}`, isBad: true };
}

/** How many rows there are is counted once for each filter, after the page is seen. */
async function counted(reading: Reading, state: State): Promise<State> {
  const view = top(state);
  if (view.kind !== "list" || view.total !== null || view.stale) return state;
  try {
    return withTop(state, { ...view, total: await countList(reading, view) });
  } catch (error) {
    return { ...state, message: await messageOf(reading, error) };
  }
}

async function carryOut(
  { reading, screen, done }: Session,
  state: State,
  effect: Exclude<Effect, { do: "leave" }>,
): Promise<Stepped> {
  const { size } = state;
  try {
    switch (effect.do) {
      case "read": {
        const view = await readView(reading, top(state), size);
        return { state: withTop(state, kept(top(state), view)), effect: null };
      }
      case "show":
        return { state: withTop(state, await readView(reading, effect.view, size)), effect: null };
      case "last": {
        const view = top(state);
        return view.kind === "list"
          ? toLast(state, view, await countList(reading, view))
          : { state, effect: null };
      }
      case "ask": {
        const said = await screen.aside(() => answer(reading, top(state), effect));
        if (said === "interrupted") return { state, effect: { do: "leave", interrupted: true } };
        if (said === null) return { state: left(state, effect), effect: null };
        if ("typed" in said) return filtered(state, said.typed);
        done.push(...said.done);
        return changed(state, said);
      }
      default:
        return effect satisfies never;
    }
  } catch (error) {
    const failed = { ...state, message: await messageOf(reading, error) };
    // What is refused is often what somebody else has changed: the screen shows what the refusal is about.
    if (effect.do === "ask" && isAboutRows(effect)) return reread(failed);
    const isGone = error instanceof ClassbookError && error.kind === "not_found";
    const view = top(state);
    if (effect.do !== "read" || state.views.length === 1 || !(isUnread(view) || isGone))
      return { state: failed, effect: null };
    return popped(isGone ? reread(failed).state : failed);
  }
}
