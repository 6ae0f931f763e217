import { registerEnumType } from 'type-graphql';

/**
 * A GraphQL enum over one of the domain's unions: the compiler sees to it that every member is there,
 * with its description, and none besides.
 */
export function defineEnum<Member extends string>(
  name: string,
  description: string,
  members: Readonly<Record<Member, string>>,
): { readonly [M in Member]: M } {
  const names = Object.keys(members) as Member[];
  const values = Object.fromEntries(names.map((member) => [member, member])) as { [M in Member]: M };
  const valuesConfig = Object.fromEntries(
    names.map((member) => [member, { description: members[member] }]),
  ) as Record<Member, { description: string }>;
  registerEnumType(values, { name, description, valuesConfig });
  return values;
}
