/**
 * Stands in for the native module @vscode/spdlog in the VS Code of the tests and the demo, which is
 * installed without a compiler: without it, that editor would show empty log channels.
 * Levels: 0 trace, 1 debug, 2 info, 3 warning, 4 error, 5 critical, 6 off.
 */
const { appendFileSync, mkdirSync } = require('node:fs');
const path = require('node:path');

class Logger {
  #file;
  #level = 2;
  #plain = false;

  constructor(_type, _name, file) {
    this.#file = file;
    mkdirSync(path.dirname(file), { recursive: true });
  }

  #write(level, name, message) {
    if (level < this.#level) {
      return;
    }
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    try {
      appendFileSync(this.#file, this.#plain ? message : `${time} [${name}] ${message}\n`);
    } catch {
      // The folder is removed while the editor still runs: nobody reads this log any more.
    }
  }

  trace(message) {
    this.#write(0, 'trace', message);
  }
  debug(message) {
    this.#write(1, 'debug', message);
  }
  info(message) {
    this.#write(2, 'info', message);
  }
  warn(message) {
    this.#write(3, 'warning', message);
  }
  error(message) {
    this.#write(4, 'error', message);
  }
  critical(message) {
    this.#write(5, 'critical', message);
  }
  getLevel() {
    return this.#level;
  }
  setLevel(level) {
    this.#level = level;
  }
  clearFormatters() {
    this.#plain = true;
  }
  setPattern() {}
  flush() {}
  drop() {}
}

const createLogger = async (name, file) => new Logger('rotating', name, file);

// One assignment each: the editor imports this as an ES module, which finds no other form of export.
exports.version = 0;
exports.Logger = Logger;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.createRotatingLogger = createLogger;
exports.createAsyncRotatingLogger = createLogger;
