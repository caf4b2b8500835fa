# syntax=docker/dockerfile:1
ARG BUILD_IMAGE=golang:1.26-bookworm
ARG RUN_IMAGE=scratch

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
ARG COMMIT=unknown
# The Graph SDK's models need about 5 GB of memory while they compile.
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X rwsgate/command.version=${VERSION} -X rwsgate/command.commit=${COMMIT}" -o /out/rwsgate . \
 && mkdir -p /out/data

FROM ${RUN_IMAGE}
ARG VERSION=dev
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="rwsgate" \
      org.opencontainers.image.description="Answers the retired Office 365 Reporting web service from Microsoft Graph" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${COMMIT}"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/rwsgate /rwsgate
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
WORKDIR /data
EXPOSE 8080 9090
ENTRYPOINT ["/rwsgate"]
CMD ["serve"]
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/rwsgate", "health"]
