// An MQTT client of npm's mqtt package as a foreign peer. Usage: node peer.mjs <package folder> <url> <version>
// <quality of service> [authority file]. It subscribes, publishes to itself, and says what came back.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, url, version, qos, authority] = process.argv.slice(2);
const mqtt = createRequire(folder + "/")("mqtt");
const client = mqtt.connect(url, {
  protocolVersion: Number(version),
  clientId: "mqtt-js",
  clean: true,
  keepalive: 5,
  reconnectPeriod: 0,
  connectTimeout: 10_000,
  username: "cam",
  password: process.env.PEER_PASSWORD ?? "secret",
  ca: authority ? readFileSync(authority) : undefined,
});

const received = [];
client.on("message", (topic, payload, packet) => {
  received.push(`${topic} ${payload.length} ${packet.qos}`);
  if (received.length === 3) {
    client.unsubscribe("js/#", (error) => {
      console.log(error ? `unsubscribe failed: ${error.message}` : received.join("\n"));
      client.end();
    });
  }
});
client.on("error", (error) => {
  console.log(`error ${error.code} ${error.message}`);
  process.exit(2);
});
client.on("connect", () => {
  client.subscribe("js/#", { qos: Number(qos) }, (error, granted) => {
    console.log(error ? `subscribe failed: ${error.message}` : `granted ${granted[0].qos}`);
    client.publish("js/a", "hello", { qos: Number(qos) });
    client.publish("js/b", Buffer.alloc(20000), { qos: Number(qos) });
    client.publish("js/c", "", { qos: Number(qos) });
  });
});
setTimeout(() => {
  console.log(`timeout; received ${received.length}`);
  process.exit(3);
}, 20_000).unref();
