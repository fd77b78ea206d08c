// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import static java.util.Objects.requireNonNull;

import io.jswarm.SwarmNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Joins a cluster. */
@Command(
    name = "join",
    mixinStandardHelpOptions = true,
    description = "Joins a cluster, as what the token says.")
final class JoinCommand implements ForegroundCommand, NodeProcess.Entry {
  @Mixin private NodeOptions node = new NodeOptions();
  @Mixin private RunOptions run = new RunOptions();

  @ArgGroup(multiplicity = "1")
  private @Nullable TokenSource source;

  @Parameters(
      paramLabel = "HOST:PORT",
      arity = "1..*",
      description = "Managers to ask; one that answers is enough.")
  private List<String> managers = new ArrayList<>();

  private String token = "";

  /** Where the token comes from. */
  static final class TokenSource {
    @Option(
        names = "--token",
        paramLabel = "TOKEN",
        description = "From 'token worker' or 'token manager' on a manager.")
    private @Nullable String token;

    @Option(
        names = "--token-file",
        paramLabel = "FILE",
        description = "A file with the token, so that it is in no list of processes.")
    private @Nullable Path file;

    private String read() throws IOException {
      return token == null ? Files.readString(requireNonNull(file)).strip() : token;
    }
  }

  @Override
  public int run(Path dataDir, CommandLine line) throws IOException {
    run.configureLog();
    token = requireNonNull(source).read();
    ControlSocket.prepare(dataDir);
    NodeProcess.requireNoMember(dataDir);
    NodeSettings settings = node.settings(null);
    settings.write(dataDir);
    return NodeProcess.run(dataDir, settings, run, this, line);
  }

  @Override
  public void prepare(SwarmNode.Builder node) {
    node.join(managers, token);
  }

  @Override
  public void announce(SwarmNode node, PrintWriter out) {
    out.println(
        "This node (" + node.id() + ") joined a swarm as a " + StartCommand.role(node) + ".");
  }
}
