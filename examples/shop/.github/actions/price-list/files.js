// What an action says to the runner: it appends `name=value` lines, or blocks for values of
// several lines, to files that the runner names in the environment.
const fs = require("node:fs");
const crypto = require("node:crypto");

function tell(variable, name, value) {
  const delimiter = `end_${crypto.randomUUID()}`;
  fs.appendFileSync(process.env[variable], `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
}

exports.setOutput = (name, value) => tell("GITHUB_OUTPUT", name, value);
exports.saveState = (name, value) => tell("GITHUB_STATE", name, value);
