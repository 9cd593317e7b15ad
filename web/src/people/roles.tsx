/** The roles, with what each is for. */

import type { Schemas } from "../api/client";
import { texts } from "../texts";
import type { Explained } from "../ui";

export type Role = Schemas["Role"];

const ROLES: readonly Role[] = ["viewer", "operator", "custodian", "auditor", "privacy-officer", "admin"];

export const ROLE_CHOICES: readonly Explained<Role>[] = ROLES.map((each) => ({ value: each, ...texts.roles[each] }));

export function rolesOf(roles: readonly Role[]): string {
  return roles.map((each) => texts.roles[each].label).join(", ") || texts.people.noRole;
}
