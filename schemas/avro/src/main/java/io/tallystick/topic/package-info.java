/**
 * Where the stages meet: topic names, partitioning, settings, tenants, and the set-up of a ledger on a cluster.
 *
 * <p>No stage belongs here. A topic is named in {@link io.tallystick.topic.Topics} and nowhere else.
 */
package io.tallystick.topic;
