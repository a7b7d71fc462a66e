// SPDX-License-Identifier: Apache-2.0
// Makes src/api/schema.d.ts of openapi.yaml: the names and shapes that the page's client has.
import { writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const saysOnlyWhatIsRequired = (schema) => Object.keys(schema).every((key) => key === 'required' || key === 'properties');

const schema = await openapiTS(new URL('openapi.yaml', import.meta.url), {
  // "This or that member must be there" is no type; left in, it makes one of anything at all.
  transform(object) {
    if (object.type === 'object' && object.anyOf?.every(saysOnlyWhatIsRequired)) delete object.anyOf;
    return undefined;
  },
});
writeFileSync(new URL('src/api/schema.d.ts', import.meta.url), `// Made by make_api.js.\n${astToString(schema)}`);
