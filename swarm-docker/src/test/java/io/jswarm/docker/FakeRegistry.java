// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;

/**
 * A registry on the loopback address, where engines need no TLS, with one image {@code app:1} of
 * busybox whose command prints {@code pulled}. Asks for a user and a password.
 */
final class FakeRegistry implements AutoCloseable {
  private static final int TLS_HANDSHAKE = 0x16;
  private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

  /** Completes when somebody asked for the image. */
  final CompletableFuture<Void> asked = new CompletableFuture<>();

  private final String authorization =
      "Basic " + Base64.getEncoder().encodeToString("user:password".getBytes(utf8()));
  private final Map<String, byte[]> blobs = new TreeMap<>();
  private final byte[] manifest;
  private final CompletableFuture<Integer> manifestStatus = new CompletableFuture<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ServerSocket door;
  private final HttpServer server;

  FakeRegistry() {
    byte[] layer = BusyboxImage.rootFileSystem();
    byte[] compressed = gzip(layer);
    byte[] config =
        """
        {"architecture": "%s", "os": "linux", "config": {"Cmd": ["/bin/echo", "pulled"]},
         "rootfs": {"type": "layers", "diff_ids": ["%s"]}}
        """
            .formatted(architecture(), digest(layer))
            .getBytes(utf8());
    blobs.put(digest(compressed), compressed);
    blobs.put(digest(config), config);
    manifest =
        """
        {"schemaVersion": 2, "mediaType": "%s",
         "config": {"mediaType": "application/vnd.docker.container.image.v1+json",
                    "size": %d, "digest": "%s"},
         "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                     "size": %d, "digest": "%s"}]}
        """
            .formatted(
                MANIFEST, config.length, digest(config), compressed.length, digest(compressed))
            .getBytes(utf8());
    try {
      door = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
    threads.execute(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        Socket engine = door.accept();
        threads.execute(() -> letIn(engine));
      }
    } catch (IOException e) {
      // The door was closed.
    }
  }

  /** Engines try TLS first; the server would leave them waiting for ten seconds. */
  private void letIn(Socket engine) {
    try (engine;
        Socket inside =
            new Socket(server.getAddress().getAddress(), server.getAddress().getPort())) {
      int first = engine.getInputStream().read();
      if (first < 0 || first == TLS_HANDSHAKE) {
        return;
      }
      inside.getOutputStream().write(first);
      threads.execute(() -> copy(engine, inside));
      inside.getInputStream().transferTo(engine.getOutputStream());
    } catch (IOException e) {
      // One of the two hung up.
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // One of the two hung up.
    }
  }

  String image() {
    return "127.0.0.1:" + door.getLocalPort() + "/app:1";
  }

  /** Credentials as {@code X-Registry-Auth} carries them. */
  static String credentials(String user, String password) {
    String json = "{\"username\": \"" + user + "\", \"password\": \"" + password + "\"}";
    return Base64.getUrlEncoder().encodeToString(json.getBytes(utf8()));
  }

  /** Lets requests for the image be answered, which wait until then. */
  FakeRegistry answering(int status) {
    manifestStatus.complete(status);
    return this;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (!authorization.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"test\"");
      reply(exchange, 401, "text/plain", new byte[0]);
    } else if (path.equals("/v2/")) {
      reply(exchange, 200, "application/json", "{}".getBytes(utf8()));
    } else if (path.startsWith("/v2/app/manifests/")) {
      asked.complete(null);
      int status = manifestStatus.join();
      exchange.getResponseHeaders().add("Docker-Content-Digest", digest(manifest));
      reply(exchange, status, MANIFEST, status == 200 ? manifest : new byte[0]);
    } else {
      byte[] blob = blobs.getOrDefault(path.substring(path.lastIndexOf('/') + 1), new byte[0]);
      reply(exchange, blob.length == 0 ? 404 : 200, "application/octet-stream", blob);
    }
  }

  private static void reply(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().add("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().add("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static String digest(byte[] content) {
    try {
      StringBuilder text = new StringBuilder("sha256:");
      for (byte b : MessageDigest.getInstance("SHA-256").digest(content)) {
        text.append(String.format("%02x", b));
      }
      return text.toString();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String architecture() {
    String name = System.getProperty("os.arch");
    return name.equals("aarch64") ? "arm64" : name;
  }

  private static Charset utf8() {
    return StandardCharsets.UTF_8;
  }

  @Override
  public void close() {
    manifestStatus.complete(500);
    try {
      door.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.stop(0);
    threads.shutdownNow();
  }
}
