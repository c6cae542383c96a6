// SPDX-License-Identifier: Apache-2.0
// The gateway as a program in Node sees it: grpc-js, with the limits it comes
// with. Makes each call in turn and prints one line of JSON for each.
//
//   node grpc_js_client.js PROTO_DIR TARGET CA_FILE CALL...
//
// TARGET is host:port or unix:/path; with an empty CA_FILE there is no TLS. A
// CALL is {"list": request}, {"pages": request} for ListTasksPage to its end,
// {"health": "service"} or {"describe": "host"}, each with "timeout_ms" if it must end early. Every line has the code, the message,
// the details and what the call told in its metadata.
'use strict';

const fs = require('fs');
const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const LIST_SERVICE = 'hss.antivirus.v1.AntivirusTaskService';
const HEALTH_SERVICE = 'grpc.health.v1.Health';
const REFLECTION_SERVICE = 'grpc.reflection.v1.ServerReflection';
const PROTOS = [
  'hss/antivirus/v1/task_service.proto',
  'google/rpc/error_details.proto',
  'google/rpc/status.proto',
  'grpc/health/v1/health.proto',
  'grpc/reflection/v1/reflection.proto',
];
const METADATA = ['hss-gateway-call-id', 'grpc-retry-pushback-ms'];

const [protoDir, target, caFile, ...calls] = process.argv.slice(2);
const protos = loader.loadSync(PROTOS, {
  keepCase: true,
  longs: String,
  enums: String,
  includeDirs: [protoDir, path.join(protoDir, 'vendor')],
});
const credentials = caFile
  ? grpc.credentials.createSsl(fs.readFileSync(caFile))
  : grpc.credentials.createInsecure();

function newClient(service) {
  const Client = grpc.makeGenericClientConstructor(protos[service], service);
  return new Client(target, credentials);
}

function optionsOf(call) {
  const timeout = call.timeout_ms || 60000;
  return {deadline: Date.now() + timeout};
}

// What a google.rpc.Status carries, decoded by type; `value` is written anew from
// what was understood.
function decodeDetails(metadata) {
  const [bytes] = metadata.get('grpc-status-details-bin');
  if (!bytes) return [];
  return protos['google.rpc.Status'].deserialize(bytes).details.map((any) => {
    const name = any.type_url.split('/').pop();
    const type = protos[name];
    const detail = type.deserialize(any.value);
    return {type: name, detail, value: type.serialize(detail).toString('base64')};
  });
}

function ending(status, metadata) {
  const told = {};
  for (const from of [metadata, status.metadata]) {
    if (!from) continue;
    for (const key of METADATA) {
      if (from.get(key).length) told[key] = from.get(key).join();
    }
  }
  return {
    code: status.code,
    message: status.details,
    details: status.metadata ? decodeDetails(status.metadata) : [],
    metadata: told,
  };
}

function list(call) {
  const frames = [];
  const taskIds = [];
  let summary = null;
  let initial = null;
  const method = protos[LIST_SERVICE].ListTasks;
  return new Promise((resolve) => {
    newClient(LIST_SERVICE).ListTasks(call.list, optionsOf(call))
      .on('metadata', (metadata) => { initial = metadata; })
      .on('data', (frame) => {
        for (const task of frame.tasks || []) taskIds.push(task.task_id);
        summary = frame.summary || summary;
        // Written anew, too: who reads this line can tell whether all of it was
        // understood.
        frames.push(method.responseSerialize(frame).toString('base64'));
      })
      .on('error', () => {})  // The status says it all.
      .on('status', (status) => {
        resolve({...ending(status, initial), task_ids: taskIds, summary, frames});
      });
  });
}

// Page after page; each is written as a frame with its tasks.
async function pages(call) {
  const client = newClient(LIST_SERVICE);
  const frames = [];
  const request = {...call.pages};
  for (;;) {
    let page = {};
    const end = await new Promise((resolve) => {
      const unary = client.ListTasksPage(request, optionsOf(call),
        (error, response) => { page = response || {}; });
      unary.on('status', (status) => setImmediate(() => resolve(ending(status))));
    });
    frames.push(protos[LIST_SERVICE].ListTasks.responseSerialize(
      {tasks: page.tasks}).toString('base64'));
    request.page_token = page.next_page_token;
    if (end.code !== 0 || !request.page_token) return {...end, frames};
  }
}

function health(call) {
  return new Promise((resolve) => {
    let answer = {};
    const unary = newClient(HEALTH_SERVICE).Check(
      {service: call.health}, optionsOf(call),
      (error, response) => { answer = response || {}; });
    unary.on('status', (status) => {
      // The callback comes after this event.
      setImmediate(() => resolve({...ending(status), health: answer.status}));
    });
  });
}

// A google.protobuf.FileDescriptorSet: each file as its field 1.
function fileSet(files) {
  return Buffer.concat(files.flatMap((file) => {
    const head = [0x0a];
    let size = file.length;
    for (; size > 0x7f; size >>>= 7) head.push((size & 0x7f) | 0x80);
    head.push(size);
    return [Buffer.from(head), file];
  }));
}

// Every service with its methods, from nothing but the server's reflection.
function describe(call) {
  return new Promise((resolve) => {
    const files = new Map();
    let services = [];
    let waiting = 0;
    const stream = newClient(REFLECTION_SERVICE).ServerReflectionInfo(optionsOf(call));
    stream.on('data', (answer) => {
      if (answer.list_services_response) {
        services = answer.list_services_response.service.map((one) => one.name);
        waiting = services.length;
        for (const name of services) stream.write({file_containing_symbol: name});
        return;
      }
      for (const file of answer.file_descriptor_response?.file_descriptor_proto || []) {
        files.set(file.toString('base64'), file);
      }
      if (--waiting === 0) stream.end();
    });
    stream.on('error', () => {});
    stream.on('status', (status) => {
      const told = loader.loadFileDescriptorSetFromBuffer(fileSet([...files.values()]));
      const methods = services.flatMap(
        (name) => Object.values(told[name] || {}).map((method) => method.path.slice(1)));
      resolve({...ending(status), methods});
    });
    stream.write({list_services: call.describe});
  });
}

async function main() {
  for (const text of calls) {
    const call = JSON.parse(text);
    const make = call.list ? list : call.pages ? pages : 'health' in call ? health : describe;
    console.log(JSON.stringify(await make(call)));
  }
}

main();
