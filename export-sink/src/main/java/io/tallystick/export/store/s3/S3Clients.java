// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import java.time.Duration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/**
 * Makes clients of AWS's SDK. Credentials come from its default chain: environment, profile, web identity, container,
 * instance.
 */
final class S3Clients {
    /** Parts are at most some hundred megabytes; a peer that is silent for so long is gone. */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(60);

    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);

    private S3Clients() {}

    static S3Client open(S3Settings settings) {
        return open(settings, SILENCE_MAX);
    }

    /**
     * The SDK does not try again by itself: after an answer that was lost it has to be seen first what is there. Nor does
     * it add checksums of its own: some stores refuse those that follow the body, and ours are always sent.
     */
    static S3Client open(S3Settings settings, Duration silenceMax) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT_MAX)
                        .socketTimeout(silenceMax))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(settings.pathStyle())
                        .chunkedEncodingEnabled(false)
                        .build())
                .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()));
        settings.endpoint().ifPresent(builder::endpointOverride);
        settings.region().map(Region::of).ifPresent(builder::region);
        return builder.build();
    }
}
