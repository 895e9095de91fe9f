// The official client of another language against `wre mcp`: lists, searches, loads many keys, reports, and loads again after what its
// reports brought about. Its arguments are the command that starts the server; it writes one JSON object with what it saw. The client checks
// every structured answer against the tool's output schema by itself.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const [command, ...args] = process.argv.slice(2);
const skill = "youtube_spam_detection";
const client = new Client({ name: "npm-client", version: "1.0.0" });
await client.connect(new StdioClientTransport({ command, args, stderr: "inherit" }));

const call = async (name, given) => {
  const result = await client.callTool({ name, arguments: given });
  if (result.isError) {
    throw new Error(`${name}: ${result.content[0].text}`);
  }
  return result.structuredContent;
};
const report = (loaded, id, good, critical) => call("report_execution", {
  skill, execution_id: id, version: loaded.version, digest: loaded.digest, state: loaded.state, state_serial: loaded.state_serial, key: loaded.key,
  agent: "words", decision: good ? "spam" : "allow", expected_decision: "spam", critical, execution_time_ms: 100, exception: false,
  breadcrumbs: [{ words_checked: true, links_checked: true }],
});

const seen = { server: client.getServerVersion().name };
seen.tools = (await client.listTools()).tools.map((tool) => tool.name);
seen.resources = (await client.listResources()).resources.map((resource) => resource.uri);
seen.templates = (await client.listResourceTemplates()).resourceTemplates.map((template) => template.uriTemplate);
seen.listed = (await call("list_skills", {})).skills.map((one) => one.skill);
seen.found = (await call("search_skills", { query: "spam" })).hits.map((hit) => hit.skill);

seen.arms = {};
let candidate;
for (let number = 0; number < 300; number++) {
  const loaded = await call("load_skill", { skill, key: `stream-${number}` });
  const arm = loaded.arm ?? "none";
  seen.arms[arm] = (seen.arms[arm] ?? 0) + 1;
  candidate ??= arm === "candidate" ? loaded : undefined;
}

seen.text = (await client.readResource({ uri: seen.resources[0] })).contents[0].text;
seen.file = (await call("read_skill_file", { skill, path: "SKILL.md", digest: candidate.digest })).version;
seen.first = await report(candidate, "npm-1", true, false);
seen.again = await report(candidate, "npm-1", true, false);
seen.critical = await report(candidate, "npm-2", false, true);
seen.after = await call("load_skill", { skill, key: candidate.key });
seen.status = await call("skill_status", { skill });
seen.unknown = (await client.callTool({ name: "load_skill", arguments: { skill: "nothing_here" } })).content[0].text;
await client.close();
process.stdout.write(JSON.stringify(seen));
