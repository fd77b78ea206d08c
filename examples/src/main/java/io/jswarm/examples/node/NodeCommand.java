// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import static java.util.Objects.requireNonNull;

import io.jswarm.SwarmException;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/**
 * The whole command line. Client and node read it with the same model: the client to find mistakes
 * and to show help, the node to carry it out.
 */
@Command(
    name = "jswarm-node",
    mixinStandardHelpOptions = true,
    description = "A node of a JSwarm cluster, and what can be asked of it.",
    version = "JSwarm 0.1.0-SNAPSHOT",
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    subcommands = {
      InitCommand.class,
      JoinCommand.class,
      StartCommand.class,
      LeaveCommand.class,
      InfoCommand.class,
      TokenCommand.class,
      NodesCommand.class,
      ServiceCommand.class
    },
    footer = {
      "",
      "init, join and start run the node in this process, until it is ended;",
      "Ctrl-C and SIGTERM leave its tasks running for the next start. Where other",
      "nodes can run them, the cluster replaces them meanwhile, and the next start",
      "stops the old ones. All other commands ask the node that runs on the data",
      "directory; most of them need it to be a manager."
    })
public final class NodeCommand {
  /** Exit code of a command line that cannot be understood. */
  static final int USAGE = 2;

  private final @Nullable NodeSession session;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description =
          "Where the node keeps its state; else the value of JSWARM_DATA, else ~/.jswarm/node.")
  private @Nullable Path dataDir;

  private NodeCommand(@Nullable NodeSession session) {
    this.session = session;
  }

  /** Runs one command line as a client, or as the node it starts. Returns the exit code. */
  public static int run(String... args) {
    CommandLine line = commandLine(null);
    line.setOut(writer(System.out));
    line.setErr(writer(System.err));
    line.setExecutionStrategy(parsed -> here(parsed, args));
    return line.execute(args);
  }

  /** Stands where the parser puts the one it read into. */
  static NodeCommand unset() {
    return new NodeCommand(null);
  }

  private static PrintWriter writer(java.io.PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  /** Runs one command line that a client sent to its node. Returns the exit code. */
  static int run(NodeSession session, String... args) {
    CommandLine line = commandLine(session);
    line.setOut(session.out());
    line.setErr(session.err());
    line.setExecutionStrategy(NodeCommand::remote);
    return line.execute(args);
  }

  private static CommandLine commandLine(@Nullable NodeSession session) {
    CommandLine line = new CommandLine(new NodeCommand(session));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(false);
    line.setParameterExceptionHandler(NodeCommand::misused);
    line.setExecutionExceptionHandler(NodeCommand::failed);
    CommandLine service = requireNonNull(line.getSubcommands().get("service"));
    requireNonNull(service.getSubcommands().get("create")).setStopAtPositional(true);
    return line;
  }

  /** What a node starts with runs here, all else at the node. */
  private static int here(ParseResult parsed, String... args)
      throws CommandLine.ExecutionException {
    Integer help = CommandLine.executeHelpRequest(parsed);
    if (help != null) {
      return help;
    }
    ParseResult last = leaf(parsed);
    CommandSpec spec = last.commandSpec();
    NodeCommand root = (NodeCommand) parsed.commandSpec().userObject();
    try {
      if (spec.userObject() instanceof ForegroundCommand command) {
        return command.run(root.dataDir(), spec.commandLine());
      }
      requireComplete(spec);
      return ControlClient.run(
          root.dataDir(), new ControlRequest(args, columns()), System.out, System.err);
    } catch (IOException e) {
      spec.commandLine().getErr().println("Error: " + e.getMessage());
      return 1;
    } catch (SwarmException e) {
      return failed(e, spec.commandLine(), parsed);
    }
  }

  private static int remote(ParseResult parsed) throws CommandLine.ExecutionException {
    ParseResult last = leaf(parsed);
    if (last.commandSpec().userObject() instanceof ForegroundCommand) {
      throw new ParameterException(
          last.commandSpec().commandLine(), "this command is not for a node that runs");
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static ParseResult leaf(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    return last;
  }

  private static void requireComplete(CommandSpec spec) {
    Object command = spec.userObject();
    if (!(command instanceof Method) && !(command instanceof Runnable)) {
      throw new ParameterException(spec.commandLine(), "Missing required subcommand");
    }
  }

  private static int misused(ParameterException mistake, String[] args) {
    CommandLine line = mistake.getCommandLine();
    PrintWriter err = line.getErr();
    err.println("Error: " + mistake.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(mistake, err);
    err.println("See '" + line.getCommandSpec().qualifiedName() + " --help'.");
    err.flush();
    return USAGE;
  }

  private static int failed(Exception cause, CommandLine line, ParseResult parsed) {
    String text = cause instanceof SwarmException ? cause.getMessage() : cause.toString();
    line.getErr().println("Error: " + requireNonNull(text).replace("\n", " "));
    line.getErr().flush();
    return 1;
  }

  /** The data directory that was asked for. */
  Path dataDir() {
    if (dataDir != null) {
      return dataDir;
    }
    String set = System.getenv("JSWARM_DATA");
    return set == null || set.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".jswarm", "node")
        : Path.of(set);
  }

  /** The node this runs at. */
  NodeSession session() {
    if (session == null) {
      throw new IllegalStateException("only a node carries this out");
    }
    return session;
  }

  /** Width of the terminal, if the shell tells; 0 = it does not. */
  private static int columns() {
    String columns = System.getenv("COLUMNS");
    try {
      return columns == null ? 0 : Integer.parseInt(columns);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
