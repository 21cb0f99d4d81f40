/** `doctor`: what is the matter, and what to do about it. */
import type { Command } from "commander";
import { completeCommands } from "../../domain/command.ts";
import { ClassbookError } from "../../domain/error.ts";
import { fromDate } from "../../domain/instant.ts";
import { type Examiner, examine, type Finding, type Patient } from "../../operations/doctor.ts";
import { DATABASE_TOPICS } from "../../operations/doctor-database.ts";
import { WORK_TOPICS } from "../../operations/doctor-work.ts";
import { EXIT } from "../exit.ts";
import { printRows, type Row } from "../output.ts";
import { doctorScreen } from "../screens/doctor.ts";
import type { Shell, WithShell } from "../shell.ts";

const COLUMNS = ["topic", "state", "message", "hint"];
const TOPICS = [...DATABASE_TOPICS, ...WORK_TOPICS];

interface DoctorFlags {
  quick?: boolean;
  now?: string;
}

export function defineDoctor(doctor: Command, shell: WithShell): void {
  doctor
    .option("--quick", "leave out what reads whole tables")
    .addHelpText(
      "after",
      `
Looks at these, and changes nothing:
  ${TOPICS.map(({ topic }) => topic).join(", ")}
It works on a database that is broken, locked, or not the app's: what cannot be looked at says why. Exits with 6 where
there is a problem; a warning is none.

Example:
  $ classbook doctor --db sample/school.sqlite3`,
    )
    .action((_flags: DoctorFlags, command: Command) =>
      run(shell(command, COLUMNS), command.optsWithGlobals<DoctorFlags>()),
    );
}

async function run(here: Shell, { quick = false, now }: DoctorFlags): Promise<void> {
  const by: Examiner = {
    now: here.now(),
    fixed: now !== undefined,
    machineNow: () => fromDate(new Date()),
    versions: {
      node: process.versions.node,
      icu: process.versions.icu ?? null,
      tz: process.versions.tz ?? null,
    },
    offerHours: here.offerHours,
    quick,
    command: here.command,
  };
  const findings = await withPatient(here, (patient) => examineAll(here, patient, by));
  const { output, io } = here;
  if (output.format === "table" && output.fields === null) io.out(doctorScreen(here, findings));
  else await printRows(output, COLUMNS, findings as unknown as Row[]);
  if (findings.some(({ state }) => state === "problem")) here.exit(EXIT.findings);
}

async function examineAll(here: Shell, patient: Patient, by: Examiner): Promise<Finding[]> {
  const progress = here.progress();
  try {
    const findings = await examine(TOPICS, patient, by, (topic, done) =>
      progress.update(topic, done, TOPICS.length),
    );
    return findings.map((finding) => ({
      ...finding,
      hint: finding.hint === null ? null : completeCommands(finding.hint, here.givenAddress),
    }));
  } finally {
    progress.end();
  }
}

/** A database that cannot be opened is a finding, too; a wrong flag is not. */
async function withPatient<T>(here: Shell, work: (patient: Patient) => Promise<T>): Promise<T> {
  try {
    return await here.inspect(work);
  } catch (error) {
    if (!(error instanceof ClassbookError)) throw error;
    return work(error);
  }
}
