/**
 * The chain stage as a Kafka Streams application: reads, stores, forwards. Every decision is made in
 * {@link io.tallystick.chain.sequence}.
 *
 * <p>It protects three things around the core: state, entries and input offsets commit in one transaction; nothing is written
 * before the head guard has compared the state with the topic; whatever is unexpected stops the application.
 */
package io.tallystick.chain;
