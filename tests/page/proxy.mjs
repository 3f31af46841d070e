// A wire to the storefront that can be cut.

import { connect, createServer } from 'node:net';

/** Listens on a port of its own and passes everything on. */
export async function wire(target) {
  const { hostname, port } = new URL(target);
  const open = new Set();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  // A test that fails before it cuts its wires ends nevertheless.
  server.unref();
  const listen = (on) => new Promise((done) => server.listen(on, '127.0.0.1', done));
  await listen(0);
  const own = server.address().port;
  const drop = () => open.forEach((socket) => socket.destroy());
  return {
    base: `http://127.0.0.1:${own}`,
    /** Cuts what is open; new connections are welcome. */
    drop,
    /** Cuts what is open, and lets nothing through until it is mended. */
    cut: () => new Promise((done) => {
      server.close(done);
      drop();
    }),
    mend: () => listen(own),
  };
}
