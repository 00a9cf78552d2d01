# docker build -t dynamos .
# docker run -e DYNAMOS_API_KEY=... -p 127.0.0.1:5080:5080 -v dynamos:/var/lib/dynamos dynamos
# What is done with it stands in docs/deploying.md.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Host -c Release -o /opt/dynamos --no-self-contained

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /opt/dynamos /opt/dynamos
# The image's user who is not root owns the state and nothing else.
RUN mkdir /var/lib/dynamos && chown $APP_UID:$APP_UID /var/lib/dynamos
USER $APP_UID
VOLUME /var/lib/dynamos
EXPOSE 5080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5080 && printf 'GET /health/live HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && grep -q '^HTTP/1.1 200' <&3"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "/opt/dynamos/dynamos.dll"]
CMD ["serve", "--urls", "http://0.0.0.0:5080", "--state", "/var/lib/dynamos"]
