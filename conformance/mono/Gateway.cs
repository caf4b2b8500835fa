using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Runtime.Serialization;
using System.Runtime.Serialization.Json;

/// A row in the form that the comparisons use, whatever parser it came through.
struct Row {
    public DateTime Date;
    public long ID;
    public Guid TenantGuid;
    public string TenantName;
    public long? Audio, Video;

    public override string ToString() {
        return string.Join(" | ", Date.ToString("s"), ID, TenantGuid, TenantName, Audio.HasValue ? Audio.ToString() : "null", Video.HasValue ? Video.ToString() : "null");
    }
}

[DataContract] class JsonRow {
    [DataMember] public DateTime Date;
    [DataMember] public string ID;
    [DataMember] public Guid TenantGuid;
    [DataMember] public string TenantName;
    [DataMember] public long? TotalAudioMinutes;
    [DataMember] public string TotalVideoMinutes;

    public Row Row() {
        return new Row { Date = DateTime.SpecifyKind(Date, DateTimeKind.Unspecified), ID = long.Parse(ID), TenantGuid = TenantGuid, TenantName = TenantName,
            Audio = TotalAudioMinutes, Video = TotalVideoMinutes == null ? (long?)null : long.Parse(TotalVideoMinutes) };
    }
}
[DataContract] class JsonPage { [DataMember] public List<JsonRow> results; [DataMember] public string __count; [DataMember] public string __next; }
[DataContract] class JsonResults { [DataMember] public JsonPage d; }
[DataContract] class JsonList { [DataMember] public List<JsonRow> d; }

/// The gateway under test and plain requests to it.
class Gateway {
    public const string User = "reader@example.onmicrosoft.com", Password = "demo", Tenant = "example.onmicrosoft.com";
    public const int PageSize = 50;
    public static readonly string[] Reports = { "CsP2PAVTimeDaily", "CsP2PAVTimeWeekly", "CsP2PAVTimeMonthly" };
    public static readonly Guid TenantGuid = new Guid("16a58f78-539f-47f7-b9bf-02a63867d73b");

    public readonly string Root;      // with its slash
    public readonly bool Asks;        // for a password, of loopback too

    public Gateway(string root, string mode) {
        if (mode != "open" && mode != "password") throw new ArgumentException("mode is open or password");
        Root = root;
        Asks = mode == "password";
    }

    public static NetworkCredential Reader() { return new NetworkCredential(User, Password); }

    public HttpWebRequest Request(string path, string accept = null, string zone = null) {
        var request = (HttpWebRequest)WebRequest.Create(Root + path);
        request.Credentials = Reader();
        request.UserAgent = "ReportingClient";
        if (accept != null) request.Accept = accept;
        if (zone != null) request.Headers["X-timezone"] = zone;
        return request;
    }

    /// Gets a path below the root; the content type must be as named.
    public Stream Get(string path, string type, string accept = null, string zone = null) {
        using (var response = (HttpWebResponse)Request(path, accept, zone).GetResponse()) {
            Checks.Equal(200, (int)response.StatusCode, path);
            Checks.Equal(type, response.ContentType, "content type of " + path);
            var body = new MemoryStream();
            response.GetResponseStream().CopyTo(body);
            body.Position = 0;
            return body;
        }
    }

    public const string VerboseJson = "application/json;odata=verbose;charset=utf-8";

    public static T Json<T>(Stream s) { return (T)new DataContractJsonSerializer(typeof(T)).ReadObject(s); }

    /// All rows of a report by verbose JSON, page after page: the other path that rows are compared with.
    public List<Row> Rows(string report, string zone = null) {
        var rows = new List<Row>();
        for (var path = report + "?$format=json"; path != null; ) {
            var page = Json<JsonResults>(Get(path, VerboseJson, null, zone)).d;
            rows.AddRange(page.results.Select(r => r.Row()));
            Checks.True(page.__next == null || page.__next.StartsWith(Root), "next link below the root: " + page.__next);
            path = page.__next == null ? null : page.__next.Substring(Root.Length) + "&$format=json";
        }
        return rows;
    }
}

/// Answers Basic challenges as the framework does, and counts them: the framework sends no password unasked.
class CountedBasic : IAuthenticationModule {
    public static int Challenges;
    public static string Last = "";

    public static void Install() {
        AuthenticationManager.Unregister("Basic");
        AuthenticationManager.Register(new CountedBasic());
    }

    public string AuthenticationType { get { return "Basic"; } }
    public bool CanPreAuthenticate { get { return false; } }
    public Authorization PreAuthenticate(WebRequest request, ICredentials credentials) { return null; }

    public Authorization Authenticate(string challenge, WebRequest request, ICredentials credentials) {
        if (credentials == null || !challenge.TrimStart().StartsWith("Basic", StringComparison.OrdinalIgnoreCase)) return null;
        Challenges++;
        Last = challenge;
        var c = credentials.GetCredential(request.RequestUri, "basic");
        var pair = System.Text.Encoding.UTF8.GetBytes(c.UserName + ":" + c.Password);
        return new Authorization("Basic " + Convert.ToBase64String(pair));
    }
}
