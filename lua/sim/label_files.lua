-- Files behind presigned URLs, as a storage service keeps them: a plain GET, no token, gone after a
-- while. Whoever has the URL has the file.

local base64 = require("sim.base64")
local random = require("sim.random")

---@class sim.LabelFiles
local label_files = {}
label_files.__index = label_files

label_files.FOLDER = "/sim-files/"

local HUGE = 40 << 20

---@param settings table
---@return sim.LabelFiles
function label_files.new(settings)
  return setmetatable({
    settings = settings,
    by_key = {},
    chance = random.new(settings.seed, "files"),
    counts = { urls = 0, given = 0, expired = 0, with_token = 0 },
  }, label_files)
end

--- A URL for a file, good for a while from now.
---@param host string of the request that asks for it
---@param file { content: string, type: string } base64, and its Content-Type
---@param now integer
---@return string
function label_files:url(host, file, now)
  local key, life = self.chance:hex(32), self.settings.url_life_ms
  self.by_key[key] = { file = file, expires_ms = now + life, signature = self.chance:hex(64) }
  self.counts.urls = self.counts.urls + 1
  return ("http://%s%s%s?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=%d&X-Amz-Signature=%s")
    :format(host, label_files.FOLDER, key, life // 1000, self.by_key[key].signature)
end

local function xml(code, message)
  return ('<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>%s</Code><Message>%s</Message>'
    .. "</Error>"):format(code, message)
end

local XML = { ["Content-Type"] = "application/xml" }

local function expired(self)
  self.counts.expired = self.counts.expired + 1
  return 403, xml("AccessDenied", "Request has expired"), XML
end

-- What stands in the file's place, by the kind of fault.
local instead = {}

instead.redirects = function()
  return 302, "", { ["Content-Type"] = "text/html", Location = "http://127.0.0.1:1/elsewhere" }
end

instead.huge = function(_, file)
  return 200, string.rep("^XA^FDdray^FS^XZ", HUGE // 16), { ["Content-Type"] = file.type }
end

instead.page = function()
  return 200, "<!DOCTYPE html>\n<html><body>Please sign in</body></html>\n",
    { ["Content-Type"] = "text/html" }
end

instead.mislabelled = function(_, file)
  local other = file.type == "application/pdf" and "image/png" or "application/pdf"
  return 200, base64.decode(file.content), { ["Content-Type"] = other }
end

instead.gone = expired

--- GET of a file.
---@param sim sim.Amazon
---@param request sim.Request
---@param way { id: string, fault?: sim.Rule }
---@return integer status, string body, table headers
function label_files.serve(sim, request, way)
  local self = sim.files
  local entry = self.by_key[way.id]
  local signature = request.query:match("X%-Amz%-Signature=(%x+)")
  if request.headers["x-amz-access-token"] then
    self.counts.with_token = self.counts.with_token + 1
    return 400, xml("InvalidArgument", "Only one auth mechanism allowed"), XML
  elseif not entry or entry.signature ~= signature then
    return 403, xml("SignatureDoesNotMatch", "The signature does not match"), XML
  elseif entry.expires_ms <= sim.world.now then
    return expired(self)
  end
  local other = way.fault and instead[way.fault.kind]
  if other then
    return other(self, entry.file)
  end
  self.counts.given = self.counts.given + 1
  local bytes = base64.decode(entry.file.content) or error("a document of the simulator is broken")
  return 200, bytes, { ["Content-Type"] = entry.file.type }
end

return label_files
