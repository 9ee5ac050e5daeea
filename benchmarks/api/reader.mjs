import { connect } from 'node:net';

/**
 * One client that keeps its connection and asks one thing after the other.
 *
 * It reads no more of an answer than it needs to find its end: 50 of these must not be what is measured.
 */
export class Reader {
  #socket;
  #received = Buffer.alloc(0);
  #settle;

  /** @param {string} url */
  static async connect(url) {
    const { hostname, port } = new URL(url);
    const reader = new Reader();
    await new Promise((resolve, reject) => {
      reader.#socket = connect({ host: hostname, port: Number(port), noDelay: true }, resolve).once('error', reject);
    });
    reader.#socket.on('data', (chunk) => reader.#read(chunk));
    reader.#socket.on('close', () => reader.#settle?.reject(new Error('The server closed the connection.')));
    return reader;
  }

  /**
   * @param {Buffer} request
   * @returns {Promise<Buffer>} the answer's body. @throws when the status is not 200.
   */
  ask(request) {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close() {
    this.#settle = undefined;
    this.#socket.destroy();
  }

  #read(chunk) {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf('\r\n\r\n');
    if (end === -1) return;
    const head = this.#received.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
    if (this.#received.length < end + 4 + length) return;
    const body = this.#received.subarray(end + 4);
    this.#received = Buffer.alloc(0);
    const { resolve, reject } = this.#settle;
    this.#settle = undefined;
    if (head.startsWith('HTTP/1.1 200')) resolve(body);
    else reject(new Error(`${head.split('\r\n', 1)[0]}: ${body}`));
  }
}
