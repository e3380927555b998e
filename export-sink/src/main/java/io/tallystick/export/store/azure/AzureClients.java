// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.blob.BlobServiceVersion;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.SecretFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** Makes clients of Azure's SDK. */
final class AzureClients {
    /** Blocks are at most some hundred megabytes; a peer that is silent for so long is gone. */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(60);

    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final int CONNECTION_STRING_MAX = 4096;

    /** The first with policies on versions is of 2020; newer ones bring nothing we use, and emulators lag behind. */
    private static final BlobServiceVersion VERSION = BlobServiceVersion.V2021_12_02;

    private AzureClients() {}

    /** @throws IOException if the credentials cannot be used */
    static BlobContainerClient open(AzureSettings settings) throws IOException {
        return open(settings, SILENCE_MAX);
    }

    /**
     * The SDK does not try again by itself: after an answer that was lost it has to be seen first what is there.
     *
     * @throws IOException if the credentials cannot be used
     */
    static BlobContainerClient open(AzureSettings settings, Duration silenceMax) throws IOException {
        HttpClient http = new JdkHttpClientBuilder()
                .connectionTimeout(CONNECT_MAX)
                .responseTimeout(silenceMax)
                .readTimeout(silenceMax)
                .writeTimeout(silenceMax)
                .build();
        BlobContainerClientBuilder builder = new BlobContainerClientBuilder()
                .containerName(settings.container())
                .serviceVersion(VERSION)
                .httpClient(http)
                .retryOptions(new RequestRetryOptions(RetryPolicyType.FIXED, 1, (Duration) null, null, null, null));
        if (settings.access() instanceof AzureSettings.ConnectionString file) {
            return connect(builder, file.file());
        }
        AzureSettings.DefaultChain chain = (AzureSettings.DefaultChain) settings.access();
        return builder.endpoint(chain.endpoint().toString())
                .credential(new DefaultAzureCredentialBuilder().httpClient(http).build())
                .buildClient();
    }

    private static BlobContainerClient connect(BlobContainerClientBuilder builder, Path file) throws IOException {
        byte[] bytes;
        try {
            bytes = SecretFile.read(file, CONNECTION_STRING_MAX);
        } catch (KeyException e) {
            throw new IOException("cannot use the connection string: " + e.getMessage(), e);
        }
        try {
            return builder.connectionString(new String(bytes, UTF_8).strip()).buildClient();
        } catch (IllegalArgumentException | NullPointerException e) {
            // Neither message nor cause: they may quote the key.
            throw new IOException("no connection string of a storage account is in " + file
                    + "; copy it from the account's access keys, one line");
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
