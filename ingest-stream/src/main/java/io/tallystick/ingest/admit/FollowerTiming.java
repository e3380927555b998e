// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import java.time.Duration;

/**
 * The waiting times of the continuity protocol in ingest.
 *
 * @param beforeGap how long after assignment a gap waits, so that a predecessor's copies in flight land first
 * @param retry wait before something that failed is tried again
 * @param lookAgain wait before a topic that has another id is looked at again
 */
public record FollowerTiming(Duration beforeGap, Duration retry, Duration lookAgain) {}
