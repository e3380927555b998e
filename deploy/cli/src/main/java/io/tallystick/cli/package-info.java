/**
 * The {@code tally} command line: sets up, runs, feeds and checks a ledger.
 *
 * <p>Commands read arguments, call a stage or a library, and print. What is hashed, sequenced, signed or verified is
 * decided elsewhere. Results go to standard output, progress and errors to standard error.
 */
package io.tallystick.cli;
