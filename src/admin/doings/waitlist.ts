/** Places in queues: joined, offered, accepted and given up by the operations of the waitlist. */
import { countLegacyOf } from "../../db/deletion.ts";
import type { Context } from "../../operations/context.ts";
import { requireSound } from "../../operations/refusal.ts";
import { deleteEntry, requireEntryUnused } from "../../operations/session-deletion.ts";
import { acceptOffer, joinWaitlist, leaveWaitlist } from "../../operations/waitlist-entry.ts";
import { offerSeat } from "../../operations/waitlist-promote.ts";
import { type Did, type Doing, idOf, noStep, rulesOf } from "../doing.ts";
import type { Terms } from "../form.ts";

type Act = Doing["actions"][string];

const offer: Act = async (context, id, terms) => {
  await offerSeat(context, { id }, rulesOf(terms));
  return { outcome: "changed", id };
};

const accept: Act = async (context, id, terms) => {
  const { booking } = await acceptOffer(context, { id, overrides: rulesOf(terms) });
  return {
    outcome: "changed",
    id,
    remarks: booking === null ? [] : [`booking ${booking.id} is ${booking.status}`],
  };
};

const leave: Act = async (context, id) => {
  await leaveWaitlist(context, id);
  return { outcome: "changed", id };
};

async function join(context: Context, session: number, student: number, terms: Terms): Promise<Did> {
  const { id, position } = await joinWaitlist(context, {
    session_id: session,
    student_user_id: student,
    overrides: rulesOf(terms),
  });
  return { outcome: "added", id, remarks: [`number ${position} in the queue`] };
}

export const waitlist: Doing = {
  add: async (context, terms) => {
    const { values } = terms;
    const [session, student] = [idOf(values.session_id), idOf(values.student_user_id)];
    requireSound([
      ...(session === null ? ["--session is missing"] : []),
      ...(student === null ? ["--student is missing"] : []),
    ]);
    return join(context, session!, student!, terms);
  },
  edit: async (context, id, terms, cells) => {
    const { status } = terms.values;
    switch (status) {
      case "offered":
        return offer(context, id, terms);
      case "accepted":
        return accept(context, id, terms);
      case "expired":
        return leave(context, id, terms);
      case "waiting":
        if (cells.status === "offered")
          throw noStep(
            "waitlist entry",
            id,
            cells.status,
            status,
            "leaving gives the offer up: --status expired",
          );
        return {
          ...(await join(context, Number(cells.session_id), Number(cells.student_user_id), terms)),
          outcome: "changed",
        };
      default:
        throw noStep(
          "waitlist entry",
          id,
          cells.status,
          status ?? null,
          "offered, accepted, expired, waiting",
        );
    }
  },
  deletion: async (context, id) => {
    const { database, trx } = context;
    await requireEntryUnused(context, id);
    const legacy = await countLegacyOf(database, trx, { outcome: "waitlisted", id });
    return {
      goes: [],
      notes: legacy === 0 ? [] : ["the legacy row that it came from is then reported as diverged"],
    };
  },
  remove: async (context, id) => deleteEntry(context, { id }),
  actions: { offer, accept, leave },
};
